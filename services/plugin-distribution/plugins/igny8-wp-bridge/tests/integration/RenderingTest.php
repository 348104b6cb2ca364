<?php
// phpcs:disable
/** Which pages get layouts, and where the sizes of images come from. */
final class RenderingTest extends SiteTestCase {
	private function publish_squares( array $change = [] ): int {
		$media = [];
		foreach ( [ 'a', 'b' ] as $name ) {
			$media[] = [ 'source_url' => "https://img.test/$name.png", 'attachment_id' => $this->upload( $this->image( 500, 500 ), [ 'caption' => "Caption $name" ] )['body']['attachment_id'] ];
		}
		$html   = '<h2>H</h2><img src="https://img.test/a.png" alt="a"><img src="https://img.test/b.png" alt="b"><p>Text</p>';
		$answer = Platform::publish( $this->payload( $change + [ 'content_html' => $html, 'media' => $media ] ) );
		$this->assertSame( [ 201, [] ], [ $answer['status'], $answer['body']['warnings'] ], $answer['raw'] );
		return $answer['body']['post_id'];
	}

	/** Read what a visitor gets of an article, from its first heading on. */
	private function visit( string $url ): string {
		$answer = wp_remote_get( $url );
		$this->assertSame( 200, wp_remote_retrieve_response_code( $answer ), $url );
		return wp_remote_retrieve_body( $answer );
	}

	public function test_only_the_page_changes(): void {
		$post   = $this->publish_squares();
		$stored = get_post( $post )->post_content;
		$page   = $this->visit( get_permalink( $post ) );
		$this->assertMatchesRegularExpression( '~<p>Text</p>\s*<div class="igny8-pair"><p class="igny8-image igny8-square"><img [^>]*src="[^"]+" alt="a"[^>]*></p>\s*<p class="igny8-image igny8-square"><img [^>]*src="[^"]+" alt="b"[^>]*></p></div>~', $page );
		$this->assertMatchesRegularExpression( '~<img [^>]*width="500" height="500"[^>]* srcset="[^"]+-300x300.png 300w[^"]*" sizes="\(max-width: 540px\) 100vw, 512px"~', $page );
		$this->assertStringContainsString( '.igny8-pair', $page, 'So small a style is in the page itself.' );
		$this->assertSame( $stored, get_post( $post )->post_content );
		foreach ( [ get_permalink( $post ) . 'feed/', home_url( '/feed/' ), rest_url( "wp/v2/posts/$post" ), home_url( '/' ) ] as $other ) {
			$this->assertStringNotContainsString( 'igny8-pair', $this->visit( $other ), $other );
		}
	}

	public function test_posts_of_other_origin(): void {
		$post = wp_insert_post( [ 'post_title' => 'Mine', 'post_status' => 'publish', 'post_content' => get_post( $this->publish_squares() )->post_content ] );
		$page = $this->visit( get_permalink( $post ) );
		$this->assertStringContainsString( 'alt="a"', $page );
		$this->assertStringNotContainsString( 'igny8-image', $page );
	}

	public function test_pages_and_parts_of_a_post(): void {
		$post = $this->publish_squares( [ 'post_type' => 'page' ] );
		$this->assertStringContainsString( '<div class="igny8-pair">', $this->visit( get_permalink( $post ) ) );
		wp_update_post( wp_slash( [ 'ID' => $post, 'post_content' => '<p>First.</p><!--nextpage-->' . get_post( $post )->post_content ] ) );
		$this->assertStringNotContainsString( '<div class="igny8-pair">', $this->visit( get_permalink( $post ) ) );
		$this->assertStringContainsString( '<div class="igny8-pair">', $this->visit( get_permalink( $post ) . '2/' ) );
	}

	public function test_a_plugin_that_returns_nothing(): void {
		$post = $this->publish_squares();
		$page = $this->with_mu_plugin( 'add_filter( "the_content", function ( $html ) { return null; } );', function () use ( $post ) { return $this->visit( get_permalink( $post ) ); } );
		$this->assertStringContainsString( '</html>', $page );
	}

	public function switches(): array {
		return [
			'constant' => [ 'define( "IGNY8_IMAGE_LAYOUTS", false );' ],
			'filter'   => [ 'add_filter( "igny8_bridge_lay_out_images", "__return_false" );' ],
		];
	}

	/** @dataProvider switches */
	public function test_layouts_can_be_switched_off( string $code ): void {
		$post = $this->publish_squares();
		$page = $this->with_mu_plugin( $code, function () use ( $post ) { return $this->visit( get_permalink( $post ) ); } );
		$this->assertStringContainsString( 'alt="a"', $page );
		foreach ( [ 'igny8-image', 'igny8-pair', 'igny8-layout' ] as $trace ) {
			$this->assertStringNotContainsString( $trace, $page );
		}
	}

	public function test_an_image_is_known_by_its_url_alone(): void {
		$post = $this->publish_squares();
		$bare = preg_replace( '~ class="wp-image-[0-9]+"~', '', get_post( $post )->post_content, -1, $count );
		wp_update_post( wp_slash( [ 'ID' => $post, 'post_content' => $bare ] ) );
		$this->assertSame( 2, $count );
		$this->assertStringContainsString( '<div class="igny8-pair">', $this->visit( get_permalink( $post ) ) );
	}

	public function test_the_library_knows_better_than_the_tag(): void {
		$id  = $this->upload( $this->image( 900, 400 ) )['body']['attachment_id'];
		$url = wp_get_attachment_url( $id );
		$cut = wp_get_attachment_image_src( $id, 'thumbnail' )[0];
		$this->assertSame( [ 900, 400 ], \IGNY8\Bridge\Rendering\size_of( "<img class=\"wp-image-$id\" src=\"$url\" width=\"10\" height=\"10\">" ) );
		$this->assertSame( [ 900, 400 ], \IGNY8\Bridge\Rendering\size_of( "<img src=\"$url\">" ) );
		$this->assertSame( [ 150, 150 ], \IGNY8\Bridge\Rendering\size_of( "<img class=\"wp-image-$id\" src=\"$cut?x=1\">" ), 'A thumbnail may have another shape.' );
		$this->assertSame( [ 10, 20 ], \IGNY8\Bridge\Rendering\size_of( '<img src="https://elsewhere.test/x.png" width="10" height="20">' ) );
		$this->assertSame( [ 0, 0 ], \IGNY8\Bridge\Rendering\size_of( '<img class="wp-image-999999999" src="https://elsewhere.test/x.png" width="100%" height="20">' ) );
	}

	public function test_the_gallery_stands_in_the_page_only_where_it_is_wanted(): void {
		$extra   = $this->upload( $this->image( 500, 500 ), [ 'caption' => 'A <b>gallery</b> caption' ] )['body'];
		$payload = $this->payload( [ 'gallery_images' => [ [ 'url' => 'https://img.test/g.png' ] ], 'media' => [ [ 'source_url' => 'https://img.test/g.png', 'attachment_id' => $extra['attachment_id'] ] ] ] );
		$post    = Platform::publish( $payload )['body']['post_id'];
		$page    = $this->visit( get_permalink( $post ) );
		$this->assertStringNotContainsString( $extra['url'], $page );
		$this->assertStringNotContainsString( '.igny8-pair', $page, 'Without pictures there is no style.' );
		$page = $this->with_mu_plugin( 'define( "IGNY8_SHOW_GALLERY", true );', function () use ( $post ) { return $this->visit( get_permalink( $post ) ); } );
		$this->assertMatchesRegularExpression( '~<figure class="wp-block-image size-full igny8-image igny8-square igny8-captioned"><img [^>]*src="' . preg_quote( $extra['url'], '~' ) . '"[^>]*/><figcaption>A <b>gallery</b> caption</figcaption></figure>~', $page );
		$this->assertStringContainsString( '.igny8-pair', $page );

		wp_update_post( wp_slash( [ 'ID' => $post, 'post_content' => '<p><img src="' . $extra['url'] . '"></p>' ] ) );
		$page = $this->with_mu_plugin( 'add_filter( "igny8_bridge_show_gallery", "__return_true" );', function () use ( $post ) { return $this->visit( get_permalink( $post ) ); } );
		$this->assertSame( 1, preg_match_all( '~<img [^>]*src="' . preg_quote( $extra['url'], '~' ) . '"~', $page ), 'What the text shows is not shown again.' );
	}
}
