<?php
// phpcs:disable
use IGNY8\Bridge\Storage;

final class UpdateTest extends SiteTestCase {
	/** Publish, and make the payload of an update of that post. */
	private function published( array $change = [] ): array {
		$payload = $this->payload( $change );
		$made    = Platform::publish( $payload );
		$this->assertSame( 201, $made['status'], $made['raw'] );
		return [ $made['body']['post_id'], $this->next( $payload, $made['body']['revision'] ) ];
	}

	private function next( array $payload, string $revision, array $change = [] ): array {
		return $change + [ 'operation_id' => wp_generate_uuid4(), 'expected_revision' => $revision ] + $payload;
	}

	/** An image as it stands in a post, once it is in the library. */
	private function picture( array $image ): string {
		return "<img src=\"{$image['body']['url']}\" class=\"wp-image-{$image['body']['attachment_id']}\">";
	}

	private function person_writes( int $post_id, string $html ): void {
		wp_update_post( wp_slash( [ 'ID' => $post_id, 'post_content' => $html ] ) );
	}

	public function test_everything_is_as_the_update_says(): void {
		$image             = $this->upload( $this->image(), [ 'source_url' => 'https://img.test/a.png' ] );
		$media             = [ [ 'source_url' => 'https://img.test/a.png', 'attachment_id' => $image['body']['attachment_id'] ] ];
		list( $id, $next ) = $this->published( [
			'slug' => 'first-' . wp_rand(), 'excerpt' => 'E', 'categories' => [ 'Old' ], 'tags' => [ 'old' ], 'meta' => [ 'kept' => '1', 'dropped' => '2' ], 'seo_title' => 'S', 'media' => $media,
			'featured_image_url' => 'https://img.test/a.png', 'content_html' => '<p>1</p><img src="https://img.test/a.png">',
		] );
		$slug   = get_post( $id )->post_name;
		$events = 'add_action( "transition_post_status", function ( $new, $old, $post ) { if ( "revision" !== $post->post_type ) update_option( "test_saves", (int) get_option( "test_saves" ) + 1 ); }, 10, 3 );';
		delete_option( 'test_saves' );
		$answer = $this->with_mu_plugin( $events, function () use ( $id, $next ) {
			return Platform::update( $id, [ 'title' => 'New \\ "title"', 'content_html' => '<p>2</p><img src="https://img.test/a.png">', 'excerpt' => '', 'categories' => [ 'New' ], 'tags' => [], 'meta' => [ 'kept' => '3' ], 'seo_title' => '', 'featured_image_url' => '', 'slug' => '' ] + $next );
		} );
		wp_cache_flush();
		$this->assertSame( 200, $answer['status'], $answer['raw'] );
		$post = get_post( $id );
		$this->assertSame( [ 'New \\ "title"', '<p>2</p>' . $this->picture( $image ), '', $slug, 'publish' ], [ $post->post_title, $post->post_content, $post->post_excerpt, $post->post_name, $post->post_status ] );
		$this->assertSame( hash( 'sha256', "$post->post_title\n$post->post_content\n$post->post_excerpt" ), $answer['body']['revision'] );
		$this->assertSame( [ [ 'New' ], [] ], [ wp_get_post_terms( $id, 'category', [ 'fields' => 'names' ] ), wp_get_post_terms( $id, 'post_tag', [ 'fields' => 'names' ] ) ] );
		$this->assertSame( [ '3', '', 0, '' ], [ get_post_meta( $id, 'kept', true ), get_post_meta( $id, 'dropped', true ), (int) get_post_thumbnail_id( $id ), get_post_meta( $id, '_igny8_seo_title', true ) ] );
		$this->assertSame( '1', get_option( 'test_saves' ), 'The post is saved once.' );
		delete_option( 'test_saves' );

		$again = Platform::update( $id, [ 'title' => 'New \\ "title"', 'content_html' => '<p>2</p><img src="https://img.test/a.png">', 'excerpt' => '', 'categories' => [ 'New' ], 'tags' => [], 'meta' => [ 'kept' => '3' ], 'seo_title' => '', 'featured_image_url' => '', 'slug' => '' ] + $next );
		$this->assertSame( [ 200, true, $answer['body']['revision'] ], [ $again['status'], $again['body']['replayed'], $again['body']['revision'] ] );
		$this->assertSame( [ 422, 'operation_reused' ], [ ( $reused = Platform::update( $id, $next ) )['status'], $reused['code'] ] );
		$this->assertSame( 'done', Platform::ask( 'GET', '/operations/' . $next['operation_id'] )['body']['state'] );
	}

	public function test_what_a_person_wrote_is_not_overwritten(): void {
		$image             = $this->upload( $this->image() );
		$media             = [ [ 'source_url' => 'https://img.test/c.png', 'attachment_id' => $image['body']['attachment_id'] ] ];
		list( $id, $next ) = $this->published( [ 'content_html' => '<p>base <img src="https://img.test/c.png"></p>', 'media' => $media ] );
		$this->person_writes( $id, '<p>by hand</p>' );
		$refused = Platform::update( $id, $next );
		$this->assertSame( [ 412, 'conflict', $id ], [ $refused['status'], $refused['code'], $refused['body']['post_id'] ], $refused['raw'] );
		$this->assertSame( [ '<p>by hand</p>', '<p>base ' . $this->picture( $image ) . '</p>' ], [ $refused['body']['theirs']['content_html'], $refused['body']['base']['content_html'] ] );
		$this->assertSame( [ $image['body']['url'] => 'https://img.test/c.png' ], $refused['body']['images'] );
		$this->assertSame( '<p>by hand</p>', get_post( $id )->post_content );
		$this->assertSame( 404, Platform::ask( 'GET', '/operations/' . $next['operation_id'] )['status'] );

		$late = Platform::update( $id, [ 'expected_revision' => $refused['body']['theirs']['revision'], 'content_html' => '<p>both</p>' ] + $next );
		$this->assertSame( [ 200, '<p>both</p>' ], [ $late['status'], get_post( $id )->post_content ], $late['raw'] );
		$this->person_writes( $id, '<p>again</p>' );
		$force = Platform::update( $id, $this->next( $next, '', [ 'content_html' => '<p>whatever is there</p>' ] ) );
		$this->assertSame( [ 200, '<p>whatever is there</p>' ], [ $force['status'], get_post( $id )->post_content ] );
	}

	public function test_a_status_is_no_edit(): void {
		list( $id, $next ) = $this->published();
		wp_update_post( [ 'ID' => $id, 'post_status' => 'draft' ] );
		$answer = Platform::update( $id, [ 'title' => 'Now' ] + $next );
		$this->assertSame( [ 200, 'publish', 'Now' ], [ $answer['status'], $answer['body']['post_status'], get_post( $id )->post_title ], $answer['raw'] );
		$slug = get_post( $id )->post_name;
		wp_trash_post( $id );
		$answer = Platform::update( $id, $this->next( $next, $answer['body']['revision'] ) );
		$this->assertSame( [ 200, 'publish', $slug ], [ $answer['status'], $answer['body']['post_status'], get_post( $id )->post_name ], $answer['raw'] );
	}

	public function test_posts_that_are_not_meant(): void {
		list( $id, $next ) = $this->published();
		foreach ( [ [ $id + 1, $next ], [ $id, [ 'content_id' => $next['content_id'] + 1 ] + $next ] ] as list( $post, $payload ) ) {
			$this->assertSame( [ 404, 'unknown_post' ], [ ( $answer = Platform::update( $post, $payload ) )['status'], $answer['code'] ] );
		}
		wp_delete_post( $id, true );
		$this->assertSame( [ 410, 'gone' ], [ ( $answer = Platform::update( $id, $next ) )['status'], $answer['code'] ] );
		$this->assertSame( [ 200, 'deleted' ], [ ( $answer = Platform::move( $id, $next['content_id'], 'delete' ) )['status'], $answer['body']['post_status'] ] );
		$this->assertSame( 410, Platform::move( $id, $next['content_id'], 'restore' )['status'] );
		$this->assertSame( [ 422, 'invalid_payload' ], [ ( $answer = Platform::move( $id, $next['content_id'], 'burn' ) )['status'], $answer['code'] ] );
		$this->assertSame( 401, Platform::ask( 'DELETE', "/posts/$id", [ 'action' => 'trash' ], '', [], [ 'signature' => 'v1a,' . base64_encode( str_repeat( 'x', 64 ) ) ] )['status'] );
	}

	public function test_moves(): void {
		list( $id, $next ) = $this->published( [ 'slug' => $slug = 'moving-' . wp_rand() ] );
		foreach ( [ [ 'unpublish', 'draft' ], [ 'unpublish', 'draft' ], [ 'restore', 'publish' ], [ 'restore', 'publish' ], [ 'trash', 'trash' ], [ 'trash', 'trash' ], [ 'restore', 'publish' ], [ 'trash', 'trash' ], [ 'unpublish', 'draft' ], [ 'restore', 'publish' ] ] as list( $action, $status ) ) {
			$answer = Platform::move( $id, $next['content_id'], $action, $operation = wp_generate_uuid4() );
			$this->assertSame( [ 200, $status, $next['expected_revision'] ], [ $answer['status'], $answer['body']['post_status'], $answer['body']['revision'] ], $answer['raw'] );
			$again = Platform::move( $id, $next['content_id'], $action, $operation );
			$this->assertSame( [ 200, true ], [ $again['status'], $again['body']['replayed'] ] );
		}
		$this->assertSame( $slug, get_post( $id )->post_name );
		$this->assertSame( [ 200, 'deleted' ], [ ( $answer = Platform::move( $id, $next['content_id'], 'delete', $operation = wp_generate_uuid4() ) )['status'], $answer['body']['post_status'] ] );
		$this->assertTrue( Platform::move( $id, $next['content_id'], 'delete', $operation )['body']['replayed'] );
		$this->assertSame( 410, Platform::publish( $this->payload( [ 'content_id' => $next['content_id'] ] ) )['status'] );
		$events = $GLOBALS['wpdb']->get_col( 'SELECT data FROM ' . Storage\table( 'outbox' ) . " WHERE type = 'post.deleted' ORDER BY seq" );
		$this->assertSame( $operation, json_decode( end( $events ), true )['operation_id'] );
	}

	public function steps(): array {
		return [ [ 'claimed' ], [ 'enriched' ], [ 'changed' ] ];
	}

	/** @dataProvider steps */
	public function test_whatever_dies_there_the_post_says_the_latest( string $step ): void {
		list( $id, $next ) = $this->published();
		$next              = [ 'content_html' => '<p>latest</p>', 'tags' => [ 'latest' ] ] + $next;
		$this->die_at( $step, $next, 'PUT', "/posts/$id" );
		$early = Platform::update( $id, $next );
		$this->assertSame( [ 409, 'in_progress' ], [ $early['status'], $early['code'] ] );
		$this->assertSame( 'in_progress', Platform::ask( 'GET', '/operations/' . $next['operation_id'] )['body']['state'] );

		$this->expire_leases();
		$this->assertSame( 404, Platform::ask( 'GET', '/operations/' . $next['operation_id'] )['status'], 'sending it again is safe' );
		$again = Platform::update( $id, $next );
		$this->assertSame( [ 200, false, [ $id ] ], [ $again['status'], $again['body']['replayed'], $this->posts_of( $next['content_id'] ) ], $again['raw'] );
		$this->assertSame( [ '<p>latest</p>', [ 'latest' ] ], [ get_post( $id )->post_content, wp_get_post_terms( $id, 'post_tag', [ 'fields' => 'names' ] ) ] );
		$move = Platform::move( $id, $next['content_id'], 'trash' );
		$this->assertSame( [ 200, 'trash' ], [ $move['status'], $move['body']['post_status'] ] );
	}

	public function test_six_at_once(): void {
		list( $id, $next ) = $this->published();
		$answers           = Platform::race( array_map( function ( $n ) use ( $next ) { return [ 'operation_id' => wp_generate_uuid4(), 'title' => "Racer $n" ] + $next; }, range( 1, 6 ) ), 'PUT', "/posts/$id" );
		$count             = array_count_values( array_column( $answers, 'status' ) );
		$this->assertSame( [ 1, 6 ], [ $count[200] ?? 0, ( $count[200] ?? 0 ) + ( $count[409] ?? 0 ) + ( $count[412] ?? 0 ) ], wp_json_encode( $count ) );
		$answers = Platform::race( array_fill( 0, 6, $same = $this->next( $next, '' ) ), 'PUT', "/posts/$id" );
		$this->assertNotContains( 500, array_column( $answers, 'status' ) );
		$this->assertTrue( Platform::update( $id, $same )['body']['replayed'] );
	}

	public function test_parts_alone(): void {
		list( $id, $next ) = $this->published( [ 'content_html' => '<p>x</p><img src="https://img.test/p.png">', 'featured_image_url' => 'https://img.test/p.png' ] );
		$image             = $this->upload( $this->image() );
		$next              = [ 'media' => [ [ 'source_url' => 'https://img.test/p.png', 'attachment_id' => $image['body']['attachment_id'] ] ], 'title' => 'Ignored', 'tags' => [ 'ignored' ], 'parts' => [ 'images' ] ] + $next;
		$answer            = Platform::update( $id, $next, '/parts' );
		$this->assertSame( [ 200, [] ], [ $answer['status'], $answer['body']['warnings'] ], $answer['raw'] );
		$post = get_post( $id );
		$this->assertSame( [ '<p>x</p>' . $this->picture( $image ), "Content {$next['content_id']}", $image['body']['attachment_id'] ], [ $post->post_content, $post->post_title, get_post_thumbnail_id( $id ) ] );
		$this->assertSame( [], wp_get_post_terms( $id, 'post_tag' ) );
		$this->assertSame( hash( 'sha256', "$post->post_title\n$post->post_content\n$post->post_excerpt" ), $answer['body']['revision'] );
		$this->assertSame( 412, Platform::update( $id, [ 'operation_id' => wp_generate_uuid4() ] + $next, '/parts' )['status'] );
	}

	public function test_tables_of_an_earlier_version(): void {
		global $wpdb;
		list( $id, $next ) = $this->published();
		$wpdb->query( 'ALTER TABLE ' . Storage\table( 'contents' ) . ' DROP COLUMN base' );
		update_option( Storage\VERSION_OPTION, '1', true );
		$answer = Platform::update( $id, $next );
		$this->assertSame( 200, $answer['status'], $answer['raw'] );
		$this->person_writes( $id, '<p>by hand</p>' );
		$this->assertIsArray( Platform::update( $id, $this->next( $next, $answer['body']['revision'] ) )['body']['base'] );
	}
}
