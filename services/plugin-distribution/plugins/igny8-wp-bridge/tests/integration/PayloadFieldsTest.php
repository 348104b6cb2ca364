<?php
// phpcs:disable

final class PayloadFieldsTest extends SiteTestCase {
	private function codes( array $answer ): array {
		return array_map( function ( $w ) { return $w['code'] . ( isset( $w['part'] ) ? ":{$w['part']}" : '' ); }, $answer['body']['warnings'] );
	}

	public function test_terms_by_id_by_path_or_not_at_all(): void {
		$mapped  = wp_insert_term( 'Mapped ' . wp_rand(), 'category' )['term_id'];
		$payload = $this->payload( [ 'categories' => [ 'Ours', $new = 'New ' . wp_rand(), 'Wrong' ], 'category_ids' => [ 'Ours' => $mapped, 'Wrong' => 99999999 ], 'missing_terms' => 'skip' ] );
		$answer  = Platform::publish( $payload );
		$this->assertSame( [ 'category_skipped', 'category_skipped' ], $this->codes( $answer ), $answer['raw'] );
		$this->assertSame( [ $mapped ], wp_get_post_terms( $answer['body']['post_id'], 'category', [ 'fields' => 'ids' ] ) );
		$this->assertNull( term_exists( $new, 'category' ) );
	}

	public function test_a_type_of_the_sites_own(): void {
		$type = 'register_taxonomy( "genre", "book", [ "public" => true, "hierarchical" => true ] ); register_post_type( "book", [ "public" => true, "hierarchical" => true, "show_in_rest" => false, "supports" => [ "title", "editor", "page-attributes" ], "taxonomies" => [ "genre" ] ] );';
		$this->with_mu_plugin( "add_action( 'init', function () { $type } );", function () {
			$parent = Platform::publish( $this->payload( [ 'post_type' => 'book' ] ) );
			$child  = Platform::publish( $this->payload( [ 'post_type' => 'book', 'parent_id' => $parent['body']['post_id'], 'categories' => [ 'Novel' ], 'sticky' => true ] ) );
			$this->assertSame( [ 'sticky_unsupported' ], $this->codes( $child ), $child['raw'] );
			$this->assertSame( [ 'book', $parent['body']['post_id'] ], [ get_post_type( $child['body']['post_id'] ), get_post( $child['body']['post_id'] )->post_parent ] );
			$stray = Platform::publish( $this->payload( [ 'post_type' => 'book', 'parent_id' => 99999999 ] ) );
			$this->assertSame( [ 'parent_unknown' ], $this->codes( $stray ) );
		} );
		$this->assertSame( 422, Platform::publish( $this->payload( [ 'post_type' => 'book' ] ) )['status'] );
	}

	public function test_sticky_and_templates(): void {
		$template = 'add_filter( "theme_page_templates", function ( $t ) { return $t + [ "wide.php" => "Wide" ]; } );';
		$this->with_mu_plugin( $template, function () {
			$page = Platform::publish( $this->payload( [ 'post_type' => 'page', 'template' => 'wide.php' ] ) )['body'];
			$none = Platform::publish( $this->payload( [ 'post_type' => 'page', 'template' => '../../evil.php' ] ) );
			$this->assertSame( [ 'wide.php', [], [ 'template_unknown' ], '' ], [ get_post_meta( $page['post_id'], '_wp_page_template', true ), $page['warnings'], $this->codes( $none ), get_post_meta( $none['body']['post_id'], '_wp_page_template', true ) ] );
		} );
		$payload = $this->payload( [ 'sticky' => true ] );
		$made    = Platform::publish( $payload )['body'];
		wp_cache_flush();
		$this->assertTrue( is_sticky( $made['post_id'] ) );
		Platform::update( $made['post_id'], [ 'operation_id' => wp_generate_uuid4(), 'sticky' => false ] + $payload );
		wp_cache_flush();
		$this->assertFalse( is_sticky( $made['post_id'] ) );
	}

	public function test_mapped_fields(): void {
		$fields = [ [ 'key' => 'price', 'via' => 'acf', 'value' => 12.5 ], [ 'key' => 'plain', 'via' => 'meta', 'value' => [ 'a' => 1 ] ], [ 'key' => '_hidden', 'via' => 'meta', 'value' => 1 ] ];
		$answer = Platform::publish( $this->payload( [ 'fields' => $fields ] ) );
		$this->assertSame( [ 'acf_missing', 'field_refused' ], $this->codes( $answer ), $answer['raw'] );
		$id = $answer['body']['post_id'];
		$this->assertSame( [ '12.5', [ 'a' => 1 ], '' ], [ get_post_meta( $id, 'price', true ), get_post_meta( $id, 'plain', true ), get_post_meta( $id, '_hidden', true ) ] );

		$acf    = 'function update_field( $key, $value, $post ) { update_post_meta( $post, $key, "acf:" . $value ); update_post_meta( $post, "_$key", "field_$key" ); return true; }';
		$answer = $this->with_mu_plugin( $acf, function () use ( $fields ) { return Platform::publish( $this->payload( [ 'fields' => [ $fields[0] ] ] ) ); } );
		$this->assertSame( [ [], 'acf:12.5', 'field_price' ], [ $answer['body']['warnings'], get_post_meta( $answer['body']['post_id'], 'price', true ), get_post_meta( $answer['body']['post_id'], '_price', true ) ] );
	}

	public function seo_plugins(): array {
		$head  = 'add_filter( "pre_get_document_title", function () { return %1$s; } ); add_action( "wp_head", function () { echo "<meta name=\"description\" content=\"", esc_attr( %2$s ), "\">"; } );';
		$meta  = function ( string $title, string $description ) use ( $head ) { return sprintf( $head, "get_post_meta( get_queried_object_id(), '$title', true )", "get_post_meta( get_queried_object_id(), '$description', true )" ); };
		$model = 'namespace AIOSEO\Plugin\Common\Models; class Post { public $title = ""; public $description = ""; public $keyphrases;
			static function savePost( $id, $data ) { update_option( "test_aioseo_$id", $data ); }
			static function getPost( $id ) { $post = new self(); foreach ( (array) get_option( "test_aioseo_$id" ) as $k => $v ) { $post->$k = "keyphrases" === $k ? json_encode( $v ) : $v; } return $post; } }
			define( "AIOSEO_VERSION", "4" );';
		return [
			[ 'yoast', 'define( "WPSEO_VERSION", "1" );' . $meta( '_yoast_wpseo_title', '_yoast_wpseo_metadesc' ), [ 'k1' ] ],
			[ 'rank_math', 'define( "RANK_MATH_VERSION", "1" );' . $meta( 'rank_math_title', 'rank_math_description' ), [ 'k1', 'k2' ] ],
			[ 'seopress', 'define( "SEOPRESS_VERSION", "1" );' . $meta( '_seopress_titles_title', '_seopress_titles_desc' ), [ 'k1', 'k2' ] ],
			[ 'aioseo', $model . sprintf( $head, 'Post::getPost( get_queried_object_id() )->title', 'Post::getPost( get_queried_object_id() )->description' ), [ 'k1', 'k2' ] ],
		];
	}

	/** @dataProvider seo_plugins */
	public function test_seo_fields_reach_the_page( string $plugin, string $stand_in, array $keywords ): void {
		$this->with_mu_plugin( $stand_in, function () use ( $plugin, $keywords ) {
			$payload = $this->payload( [ 'seo_title' => 'Title & more', 'seo_description' => 'About "it"', 'primary_keyword' => 'k1', 'secondary_keywords' => [ 'k2' ] ] );
			$made    = Platform::publish( $payload );
			$this->assertSame( [ 201, [ 'plugin' => $plugin, 'title' => 'Title & more', 'description' => 'About "it"', 'keywords' => $keywords ], [] ], [ $made['status'], $made['body']['seo'], $made['body']['warnings'] ], $made['raw'] );
			$page = wp_remote_retrieve_body( wp_remote_get( $made['body']['post_url'] ) );
			$this->assertStringContainsString( '<title>Title & more</title>', html_entity_decode( $page ) );
			$this->assertStringContainsString( '<meta name="description" content="About &quot;it&quot;">', $page );
			$update = Platform::update( $made['body']['post_id'], [ 'operation_id' => wp_generate_uuid4(), 'seo_title' => 'Other', 'seo_description' => '', 'primary_keyword' => '', 'secondary_keywords' => [] ] + $payload );
			$this->assertSame( [ 'plugin' => $plugin, 'title' => 'Other', 'description' => '', 'keywords' => [] ], $update['body']['seo'], $update['raw'] );
			delete_option( 'test_aioseo_' . $made['body']['post_id'] );
		} );
	}

	public function test_a_seo_plugin_that_keeps_something_else(): void {
		$stubborn = 'define( "WPSEO_VERSION", "1" ); add_filter( "get_post_metadata", function ( $v, $id, $key ) { return "_yoast_wpseo_title" === $key ? [ "Mine" ] : $v; }, 10, 3 );';
		$answer   = $this->with_mu_plugin( $stubborn, function () { return Platform::publish( $this->payload( [ 'seo_title' => 'Yours' ] ) ); } );
		$this->assertSame( [ [ 'seo_field_changed:seo' ], 'Mine' ], [ $this->codes( $answer ), $answer['body']['seo']['title'] ], $answer['raw'] );
	}

	public function test_a_full_disk_is_no_bad_image(): void {
		$full   = 'add_filter( "upload_dir", function ( $dir ) { return array_merge( $dir, [ "path" => "/proc/no/folder", "error" => "no room" ] ); } );';
		$bytes  = $this->image();
		$answer = $this->with_mu_plugin( $full, function () use ( $bytes ) { return $this->upload( $bytes ); } );
		$this->assertSame( [ 500, 'not_stored' ], [ $answer['status'], $answer['code'] ], $answer['raw'] );
		$this->assertSame( 201, $this->upload( $bytes )['status'] );
	}
}
