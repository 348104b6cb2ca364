<?php
// phpcs:disable
use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Storage;

final class UpdateTest extends SiteTestCase {
	/** Publish, and word an update of it. */
	private function published( array $change = [] ): array {
		$payload = $this->payload( $change );
		$answer  = Platform::publish( $payload );
		$this->assertSame( 201, $answer['status'], $answer['raw'] );
		return [ $answer['body']['post_id'], $this->another( $payload, [ 'content_html' => '<p>second</p>', 'expected_revision' => $answer['body']['revision'] ] ), $answer['body'] ];
	}

	private function another( array $payload, array $change = [] ): array {
		return $change + [ 'operation_id' => wp_generate_uuid4() ] + $payload;
	}

	/** Leave the library's ids out of a text. */
	private function without_ids( string $html ): string {
		return preg_replace( '~ class="wp-image-\d+"~', '', $html );
	}

	private function content( int $content_id ): object {
		return Publishing\read_content( $content_id );
	}

	public function test_a_post_of_the_site_becomes_ours(): void {
		$id     = wp_insert_post( [ 'post_title' => 'Theirs', 'post_content' => '<p>first</p>', 'post_status' => 'publish' ] );
		$update = $this->payload( [ 'content_html' => '<p>second</p>', 'expected_revision' => Publishing\revision( $id ) ] );
		$this->assertSame( [ 404, 'unknown_post' ], [ Platform::update( $id, $update )['status'], Platform::update( $id, $update )['body']['code'] ], 'Nobody asked to adopt it.' );
		$adopting = $this->another( $update, [ 'adopt' => true ] );
		$this->assertSame( 412, Platform::update( $id, [ 'expected_revision' => str_repeat( 'a', 64 ) ] + $adopting )['status'], 'Adopted or not, an edit is seen.' );
		$answer = Platform::update( $id, $this->another( $adopting ) );
		$this->assertSame( [ 200, '<p>second</p>' ], [ $answer['status'], get_post( $id )->post_content ], $answer['raw'] );
		$this->assertSame( $id, (int) $this->content( $update['content_id'] )->post_id );
		$this->assertSame( [ 409, $id ], [ Platform::publish( [ 'operation_id' => wp_generate_uuid4() ] + $update )['status'], Platform::publish( [ 'operation_id' => wp_generate_uuid4() ] + $update )['body']['post_id'] ] );

		$greedy = $this->payload( [ 'adopt' => true ] );
		$this->assertSame( 404, Platform::update( $id, $greedy )['status'], 'It is another content\'s by now.' );
		$this->assertSame( 404, Platform::update( 999999999, $greedy )['status'] );
	}

	public function test_a_whole_update(): void {
		$n      = wp_rand();
		$first  = $this->upload( $this->image() )['body'];
		$second = $this->upload( $this->image() )['body'];
		list( $id, $update, $made ) = $this->published( [
			'excerpt' => 'E', 'slug' => "kept-$n", 'date_gmt' => '2024-02-03T04:05:06Z', 'categories' => [ "Old $n" ], 'tags' => [ "old $n" ], 'seo_title' => 'ST', 'seo_description' => 'SD', 'primary_keyword' => 'k',
			'featured_image_url' => 'https://img.test/1.png', 'gallery_images' => [ [ 'url' => 'https://img.test/1.png' ] ], 'meta' => [ 'colour' => 'red', 'size' => 'xl' ], 'sticky' => true,
			'media' => [ [ 'source_url' => 'https://img.test/1.png', 'attachment_id' => $first['attachment_id'] ] ],
		] );
		$this->assertTrue( is_sticky( $id ) );
		$saves  = 'add_action( "save_post", function ( $id, $post ) { if ( "revision" !== $post->post_type ) { update_option( "igny8_test_saves", get_option( "igny8_test_saves", "" ) . "$id " . count( get_the_tags( $id ) ) . "\n" ); } }, 10, 2 );';
		$update = [ 'title' => 'New \\ "title"', 'content_html' => '<p>New <img src="https://img.test/2.png"></p>', 'excerpt' => 'F', 'tags' => [ "new $n" ], 'categories' => [ "New $n" ], 'seo_title' => 'ST2', 'seo_description' => '', 'meta' => [ 'size' => 'm' ], 'sticky' => false,
			'featured_image_url' => 'https://img.test/2.png', 'gallery_images' => [], 'slug' => '', 'date_gmt' => null, 'media' => [ [ 'source_url' => 'https://img.test/2.png', 'attachment_id' => $second['attachment_id'] ] ] ] + $update;
		$answer = $this->with_mu_plugin( $saves, function () use ( $id, $update ) { return Platform::update( $id, $update ); } );

		$this->assertSame( 200, $answer['status'], $answer['raw'] );
		$post = get_post( $id );
		$this->assertSame( [ true, false, $update['operation_id'], $update['content_id'], $id, 'publish', get_permalink( $post ), [] ], [ $answer['body']['success'], $answer['body']['replayed'], $answer['body']['operation_id'], $answer['body']['content_id'], $answer['body']['post_id'], $answer['body']['post_status'], $answer['body']['post_url'], $answer['body']['warnings'] ] );
		$this->assertSame( [ 'New \\ "title"', '<p>New <img src="' . $second['url'] . '"></p>', 'F', "kept-$n", '2024-02-03 04:05:06' ], [ $post->post_title, $this->without_ids( $post->post_content ), $post->post_excerpt, $post->post_name, $post->post_date_gmt ] );
		$this->assertSame( hash( 'sha256', "$post->post_title\n$post->post_content\n$post->post_excerpt" ), $answer['body']['revision'] );
		$this->assertSame( [ [ "new $n" ], [ "New $n" ] ], [ wp_get_post_terms( $id, 'post_tag', [ 'fields' => 'names' ] ), wp_get_post_terms( $id, 'category', [ 'fields' => 'names' ] ) ] );
		$this->assertSame( [ $second['attachment_id'], '', '', 'm', 'ST2', '', false ], [ get_post_thumbnail_id( $id ), get_post_meta( $id, '_igny8_gallery', true ), get_post_meta( $id, 'colour', true ), get_post_meta( $id, 'size', true ), get_post_meta( $id, '_igny8_seo_title', true ), get_post_meta( $id, '_igny8_seo_description', true ), is_sticky( $id ) ] );
		$this->assertSame( "$id 1\n", get_option( 'igny8_test_saves' ), 'One save, of a post that is complete.' );
		delete_option( 'igny8_test_saves' );
		$this->assertSame( $made['operation_id'], $this->content( $update['content_id'] )->operation_id );

		$bare = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4(), 'content_id' => $update['content_id'], 'title' => 'T', 'content_html' => 'C' ] );
		$this->assertSame( 200, $bare['status'], $bare['raw'] );
		$post = get_post( $id );
		$this->assertSame( [ 'T', 'C', '', "kept-$n", '2024-02-03 04:05:06', 'publish', [], 0, '', '' ], [ $post->post_title, $post->post_content, $post->post_excerpt, $post->post_name, $post->post_date_gmt, $post->post_status, wp_get_post_terms( $id, 'post_tag' ), get_post_thumbnail_id( $id ), get_post_meta( $id, 'size', true ), get_post_meta( $id, '_igny8_seo_title', true ) ] );
		$this->assertSame( [ (int) get_option( 'default_category' ) ], wp_get_post_terms( $id, 'category', [ 'fields' => 'ids' ] ) );
	}

	public function test_the_same_update_again(): void {
		list( $id, $update ) = $this->published();
		$first = Platform::update( $id, $update );
		wp_update_post( [ 'ID' => $id, 'post_content' => 'A person was here.' ] );
		$again = Platform::update( $id, $update );
		$this->assertSame( [ 200, 200, false, true, $first['body']['revision'] ], [ $first['status'], $again['status'], $first['body']['replayed'], $again['body']['replayed'], $again['body']['revision'] ] );
		$this->assertSame( 'A person was here.', get_post( $id )->post_content );
		$receipt = Platform::ask( 'GET', '/operations/' . $update['operation_id'] );
		$this->assertSame( [ 200, 'done', $first['body']['revision'] ], [ $receipt['status'], $receipt['body']['state'], $receipt['body']['revision'] ] );
		$reused = Platform::update( $id, [ 'title' => 'Other' ] + $update );
		$this->assertSame( [ 422, 'operation_reused' ], [ $reused['status'], $reused['code'] ] );
		$reused = Platform::publish( $update );
		$this->assertSame( [ 422, 'operation_reused' ], [ $reused['status'], $reused['code'] ] );
	}

	public function test_a_conflict_shows_theirs_and_base(): void {
		$image = $this->upload( $this->image() )['body'];
		list( $id, $update, $made ) = $this->published( [ 'excerpt' => 'E', 'content_html' => '<p><img src="https://img.test/c.png?a=1&amp;b=2"></p>', 'media' => [ [ 'source_url' => 'https://img.test/c.png?a=1&b=2', 'attachment_id' => $image['attachment_id'] ] ] ] );
		$ours = get_post( $id )->post_content;
		wp_update_post( [ 'ID' => $id, 'post_title' => 'Theirs' ] );
		$title  = "Content {$update['content_id']}";
		$answer = Platform::update( $id, $update );
		$this->assertSame( [ 412, 'conflict', $id, 'publish', get_permalink( $id ) ], [ $answer['status'], $answer['code'], $answer['body']['post_id'], $answer['body']['post_status'], $answer['body']['post_url'] ], $answer['raw'] );
		$theirs = [ 'title' => 'Theirs', 'content_html' => $ours, 'excerpt' => 'E', 'revision' => hash( 'sha256', "Theirs\n$ours\nE" ) ];
		$this->assertSame( $theirs, $answer['body']['theirs'] );
		$this->assertSame( [ 'title' => $title, 'content_html' => $ours, 'excerpt' => 'E', 'revision' => $made['revision'] ], $answer['body']['base'] );
		$this->assertSame( [ $image['url'] => 'https://img.test/c.png?a=1&b=2' ], $answer['body']['images'] );
		$this->assertEqualsWithDelta( time(), strtotime( $answer['body']['modified_gmt'] ), 60 );
		$this->assertSame( [ 'Theirs', 'made' ], [ get_post( $id )->post_title, $this->content( $update['content_id'] )->state ] );
		$this->assertSame( 404, Platform::ask( 'GET', '/operations/' . $update['operation_id'] )['status'] );

		$resolved = Platform::update( $id, [ 'expected_revision' => $theirs['revision'] ] + $update );
		$this->assertSame( [ 200, '<p>second</p>' ], [ $resolved['status'], get_post( $id )->post_content ], 'The id of an operation that changed nothing is free.' );
		wp_update_post( [ 'ID' => $id, 'post_title' => 'Theirs again' ] );
		$again = Platform::update( $id, $this->another( $update, [ 'expected_revision' => $resolved['body']['revision'] ] ) );
		$this->assertSame( [ 412, $resolved['body']['revision'] ], [ $again['status'], $again['body']['base']['revision'] ], 'An update leaves a new base.' );
		$this->assertSame( 200, Platform::update( $id, $this->another( $update, [ 'expected_revision' => null ] ) )['status'] );

		global $wpdb;
		$wpdb->update( Storage\table( 'contents' ), [ 'base' => null ], [ 'content_id' => $update['content_id'] ] );
		delete_post_meta( $id, '_igny8_image_sources' );
		update_post_meta( $image['attachment_id'], '_igny8_source_url', 'https://img.test/c.png' );
		$blank = Platform::update( $id, $this->another( $update, [ 'expected_revision' => str_repeat( '0', 64 ) ] ) );
		$this->assertSame( [ 412, null, [ $image['url'] => 'https://img.test/c.png' ] ], [ $blank['status'], $blank['body']['base'], $blank['body']['images'] ] );
	}

	public function test_status_and_slug_are_no_conflict(): void {
		list( $id, $update ) = $this->published( [ 'slug' => $slug = 'slug-' . wp_rand() ] );
		wp_update_post( [ 'ID' => $id, 'post_status' => 'draft', 'post_name' => "$slug-theirs" ] );
		$this->assertSame( [ 200, 'publish', $slug ], [ ( $answer = Platform::update( $id, $update ) )['status'], get_post_status( $id ), get_post( $id )->post_name ], $answer['raw'] );
	}

	public function test_a_post_in_the_trash_is_taken_out(): void {
		list( $id, $update ) = $this->published( [ 'slug' => $slug = 'trash-' . wp_rand() ] );
		wp_insert_comment( [ 'comment_post_ID' => $id, 'comment_content' => 'c', 'comment_approved' => 1 ] );
		foreach ( [ '', $slug, "$slug-new" ] as $i => $wanted ) {
			wp_trash_post( $id );
			$this->assertSame( "$slug" . '__trashed', get_post( $id )->post_name );
			if ( 1 === $i ) {
				delete_post_meta( $id, '_wp_desired_post_slug' );
			}
			$answer = Platform::update( $id, $this->another( $update, [ 'slug' => $wanted, 'expected_revision' => '' ] ) );
			$this->assertSame( [ 200, 'publish', $wanted ? $wanted : $slug, '1' ], [ $answer['status'], get_post_status( $id ), get_post( $id )->post_name, get_comments_number( $id ) ], $answer['raw'] );
			$this->assertSame( [ '', '', '' ], array_map( function ( $key ) use ( $id ) { return get_post_meta( $id, $key, true ); }, [ '_wp_trash_meta_status', '_wp_trash_meta_time', '_wp_desired_post_slug' ] ) );
			$this->assertSame( [ [ 'post.status_changed', 'trash', 'publish', $answer['body']['operation_id'] ] ], array_slice( $this->waiting_events( $id ), -1 ) );
		}
	}

	public function test_posts_that_are_not_there(): void {
		list( $id, $update ) = $this->published();
		foreach ( [ [ $id + 1000000, $update ], [ $id, $this->payload() ] ] as list( $post, $payload ) ) {
			$unknown = Platform::update( $post, $payload );
			$this->assertSame( [ 404, 'unknown_post' ], [ $unknown['status'], $unknown['code'] ] );
		}
		$bad = Platform::update( $id, [ 'title' => '', 'expected_revision' => 1 ] + $update );
		$this->assertSame( [ 422, [ 'title', 'expected_revision' ] ], [ $bad['status'], array_column( $bad['body']['errors'], 'field' ) ] );
		wp_delete_post( $id, true );
		$gone = Platform::update( $id, $update );
		$this->assertSame( [ 410, 'gone', $id ], [ $gone['status'], $gone['code'], $gone['body']['post_id'] ] );
		$this->assertSame( [ 410, 'made' ], [ Platform::publish( $this->another( $update ) )['status'], $this->content( $update['content_id'] )->state ] );
		$dying = $this->payload();
		$this->die_at( 'post_inserted', $dying );
		$post = $this->posts_of( $dying['content_id'] )[0];
		$this->assertSame( [ 409, 'in_progress' ], [ ( $early = Platform::update( $post, $this->another( $dying ) ) )['status'], $early['code'] ] );
	}

	public function steps(): array {
		return [ [ 'change_claimed' ], [ 'change_decided' ], [ 'change_enriched' ], [ 'change_made_before_reply' ] ];
	}

	/** @dataProvider steps */
	public function test_whatever_dies_the_latest_text_is_there( string $step ): void {
		list( $id, $update ) = $this->published( [ 'tags' => [ 'crash' ], 'meta' => [ 'a' => '1' ] ] );
		$update = [ 'tags' => [ 'crash two' ], 'meta' => [ 'b' => '2' ] ] + $update;
		$this->die_at( $step, $update, 'PUT', "/posts/$id" );
		$this->assertSame( 'change_made_before_reply' === $step ? '<p>second</p>' : "<p>Body of {$update['content_id']}</p>", get_post( $id )->post_content );

		foreach ( [ $update, $this->another( $update ) ] as $payload ) {
			$early = Platform::update( $id, $payload );
			$this->assertSame( [ 409, 'in_progress' ], [ $early['status'], $early['code'] ] );
			$this->assertStringContainsStringIgnoringCase( 'Retry-After:', $early['head'] );
		}
		$this->assertSame( 'in_progress', Platform::ask( 'GET', '/operations/' . $update['operation_id'] )['body']['state'] );
		$this->assertSame( [ 409, 'already_exists' ], [ ( $other = Platform::publish( $this->another( $update ) ) )['status'], $other['code'] ] );
		wp_update_post( [ 'ID' => $id, 'post_status' => 'pending' ] );
		$this->assertSame( [ [ 'post.status_changed', 'publish', 'pending', '' ] ], array_slice( $this->waiting_events( $id ), -1 ), 'A post that is being changed is known.' );

		$this->expire_leases();
		$this->assertSame( 404, Platform::ask( 'GET', '/operations/' . $update['operation_id'] )['status'] );
		$again = Platform::update( $id, $update );
		$this->assertSame( [ 200, false ], [ $again['status'], $again['body']['replayed'] ], $again['raw'] );
		$this->assertSame( [ [ $id ], '<p>second</p>', 'publish' ], [ $this->posts_of( $update['content_id'] ), get_post( $id )->post_content, get_post_status( $id ) ] );
		$this->assertSame( [ [ 'crash two' ], '', '2' ], [ wp_get_post_terms( $id, 'post_tag', [ 'fields' => 'names' ] ), get_post_meta( $id, 'a', true ), get_post_meta( $id, 'b', true ) ] );
		$this->assertSame( [ 'made', (string) Storage\FOREVER ], [ $this->content( $update['content_id'] )->state, $this->content( $update['content_id'] )->lease_until ] );
		$this->assertTrue( Platform::update( $id, $update )['body']['replayed'] );
	}

	public function test_the_check_is_made_once(): void {
		list( $id, $update ) = $this->published();
		$this->die_at( 'change_enriched', $update, 'PUT', "/posts/$id" );
		wp_update_post( [ 'ID' => $id, 'post_content' => 'Meanwhile' ] );
		$this->expire_leases();
		$other = Platform::update( $id, $this->another( $update ) );
		$this->assertSame( 412, $other['status'], 'Another operation is checked; it changed nothing, so the first may go on.' );
		$this->assertSame( [ 200, '<p>second</p>' ], [ Platform::update( $id, $update )['status'], get_post( $id )->post_content ] );

		$late = $this->another( $update, [ 'content_html' => 'late', 'expected_revision' => hash( 'sha256', "{$update['title']}\n<p>second</p>\n" ) ] );
		$this->die_at( 'change_decided', $late, 'PUT', "/posts/$id" );
		$this->expire_leases();
		$this->assertSame( 200, Platform::update( $id, $this->another( $late, [ 'content_html' => 'third' ] ) )['status'] );
		$this->assertSame( [ 412, 'third' ], [ Platform::update( $id, $late )['status'], get_post( $id )->post_content ], 'An operation that another took over is checked anew.' );
	}

	public function test_six_at_once(): void {
		list( $id, $update ) = $this->published();
		foreach ( [ true, false, true, false ] as $same ) {
			$update  = $this->another( $update, [ 'content_html' => '<p>' . wp_rand() . '</p>', 'expected_revision' => Publishing\revision( $id ) ] );
			$updates = array_map( function ( $i ) use ( $update, $same ) { return $same ? $update : $this->another( $update, [ 'content_html' => "<p>racer $i</p>" ] ); }, range( 0, 5 ) );
			$answers = Platform::race( $updates, 'PUT', "/posts/$id" );
			$count   = array_count_values( array_column( $answers, 'status' ) );
			$fresh   = array_keys( array_filter( $answers, function ( $a ) { return 200 === $a['status'] && ! $a['body']['replayed']; } ) );
			$this->assertCount( 1, $fresh, wp_json_encode( $count ) );
			$this->assertSame( [], array_diff( array_keys( $count ), $same ? [ 200, 409 ] : [ 200, 409, 412 ] ), wp_json_encode( $count ) );
			clean_post_cache( $id );
			$this->assertSame( [ $updates[ $fresh[0] ]['content_html'], 'made' ], [ get_post( $id )->post_content, $this->content( $update['content_id'] )->state ] );
		}
	}

	public function test_a_plugin_that_fails_in_a_hook(): void {
		list( $id, $update ) = $this->published();
		$early  = 'add_filter( "wp_insert_post_data", function ( $d ) { throw new Exception( "no" ); } );';
		$answer = $this->with_mu_plugin( $early, function () use ( $id, $update ) { return Platform::update( $id, $update ); } );
		$this->assertSame( [ 500, 'insert_failed', 'publish', 'made' ], [ $answer['status'], $answer['code'], get_post_status( $id ), $this->content( $update['content_id'] )->state ] );
		$late   = 'add_action( "save_post", function () { throw new Exception( "too bad" ); } );';
		$answer = $this->with_mu_plugin( $late, function () use ( $id, $update ) { return Platform::update( $id, $update ); } );
		$this->assertSame( [ 200, [ [ 'hook_failed', 'save', '' ] ], '<p>second</p>' ], [ $answer['status'], $this->warned( $answer ), get_post( $id )->post_content ] );
	}

	public function test_who_signs_and_what_stays(): void {
		$login = 'signer' . wp_rand();
		$user  = wp_insert_user( [ 'user_login' => $login, 'user_pass' => 'x', 'user_email' => "$login@example.test", 'role' => 'author' ] );
		list( $id, $update ) = $this->published( [ 'author' => $login ] );
		foreach ( [ '', 'nobody at all' ] as $author ) {
			$answer = Platform::update( $id, $this->another( $update, [ 'author' => $author, 'post_type' => 'page', 'expected_revision' => '' ] ) );
			$this->assertSame( [ (string) $user, 'post' ], [ get_post( $id )->post_author, get_post_type( $id ) ], $answer['raw'] );
			$this->assertSame( array_merge( [ [ 'post_type_kept', 'page', '' ] ], $author ? [ [ 'author_unknown', $author, '' ] ] : [] ), $this->warned( $answer ) );
		}
	}

	public function test_parts_alone(): void {
		$image = $this->upload( $this->image() )['body'];
		$n     = wp_rand();
		list( $id, $update, $made ) = $this->published( [ 'content_html' => '<p><img src="https://img.test/p.png"></p>', 'featured_image_url' => 'https://img.test/p.png', 'tags' => [ "t $n" ] ] );
		$this->assertSame( [ 'featured_image_missing', 'https://img.test/p.png', 'images' ], $this->warned( [ 'body' => $made ] )[0] );
		$parts  = [ 'parts' => [ 'images' ], 'title' => 'Not taken', 'content_html' => 'not taken', 'tags' => [ "other $n" ], 'media' => [ [ 'source_url' => 'https://img.test/p.png', 'attachment_id' => $image['attachment_id'] ] ] ] + $update;
		$answer = Platform::update( $id, $parts, '/parts' );
		$this->assertSame( [ 200, [] ], [ $answer['status'], $answer['body']['warnings'] ], $answer['raw'] );
		$post = get_post( $id );
		$this->assertSame( [ "Content {$update['content_id']}", '<p><img src="' . $image['url'] . '"></p>', $image['attachment_id'], [ "t $n" ] ], [ $post->post_title, $this->without_ids( $post->post_content ), get_post_thumbnail_id( $id ), wp_get_post_terms( $id, 'post_tag', [ 'fields' => 'names' ] ) ] );
		$this->assertSame( Publishing\revision( $id ), $answer['body']['revision'] );
		$this->assertTrue( Platform::update( $id, $parts, '/parts' )['body']['replayed'] );
		$conflict = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4() ] + $parts, '/parts' );
		$this->assertSame( [ 412, $answer['body']['revision'] ], [ $conflict['status'], $conflict['body']['base']['revision'] ] );

		$terms = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4(), 'expected_revision' => $answer['body']['revision'], 'parts' => [ 'terms', 'seo', 'fields' ], 'seo_title' => 'S', 'meta' => [ 'k' => 'v' ] ] + $parts, '/parts' );
		$this->assertSame( [ 200, $answer['body']['revision'], [ "other $n" ], 'S', 'v' ], [ $terms['status'], $terms['body']['revision'], wp_get_post_terms( $id, 'post_tag', [ 'fields' => 'names' ] ), get_post_meta( $id, '_igny8_seo_title', true ), get_post_meta( $id, 'k', true ) ] );
		foreach ( [ [], 'images', [ 'text' ], null, [ [ 'images' ] ] ] as $bad ) {
			$refused = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4(), 'parts' => $bad ] + $parts, '/parts' );
			$this->assertSame( [ 422, [ 'parts' ] ], [ $refused['status'], array_column( $refused['body']['errors'], 'field' ) ] );
		}
	}
}
